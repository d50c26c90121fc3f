/** Definitions of the kinds that people have, which ECS takes: each must be accepted as it is. */

const account = '123456789012';
const role = (name: string) => `arn:aws:iam::${account}:role/${name}`;
const image = (name: string) => `${account}.dkr.ecr.eu-west-1.amazonaws.com/${name}:1.4.2`;
const awslogs = (prefix: string) => ({
  logDriver: 'awslogs',
  options: {
    'awslogs-group': '/ecs/shop',
    'awslogs-region': 'eu-west-1',
    'awslogs-stream-prefix': prefix,
  },
});

const fargate = {
  requiresCompatibilities: ['FARGATE'],
  networkMode: 'awsvpc',
  cpu: '512',
  memory: '1024',
  executionRoleArn: role('ecsTaskExecutionRole'),
};

export const VALID: Readonly<Record<string, unknown>> = {
  'a web service with a migration before it': {
    ...fargate,
    family: 'shop-web',
    taskRoleArn: 'shop-web',
    containerDefinitions: [
      {
        name: 'migrate',
        image: image('shop'),
        essential: false,
        command: ['bin/migrate', '--wait'],
        logConfiguration: awslogs('migrate'),
      },
      {
        name: 'web',
        image: image('shop'),
        portMappings: [{ containerPort: 8080, hostPort: 8080, protocol: 'tcp' }],
        dependsOn: [{ containerName: 'migrate', condition: 'SUCCESS' }],
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not ours
        environment: [{ name: 'GREETING', value: 'Hello, {{name}} ${USER}' }],
        secrets: [
          {
            name: 'DATABASE_URL',
            valueFrom: `arn:aws:secretsmanager:eu-west-1:${account}:secret:db-AbCdEf:url::`,
          },
          { name: 'API_KEY', valueFrom: '/shop/api-key' },
        ],
        healthCheck: { command: ['CMD-SHELL', 'curl -f http://localhost:8080/ || exit 1'] },
        logConfiguration: awslogs('web'),
        stopTimeout: 120,
      },
    ],
  },
  'a GPU job on an instance': {
    family: 'train',
    requiresCompatibilities: ['EC2'],
    placementConstraints: [{ type: 'memberOf', expression: 'attribute:ecs.instance-type =~ g5.*' }],
    containerDefinitions: [
      {
        name: 'train',
        image: 'pytorch/pytorch@sha256:'.concat('0a'.repeat(32)),
        cpu: 4096,
        memory: 15000,
        resourceRequirements: [{ type: 'GPU', value: '1' }],
        linuxParameters: { sharedMemorySize: 4096, initProcessEnabled: true },
        ulimits: [{ name: 'memlock', softLimit: -1, hardLimit: -1 }],
      },
    ],
  },
  'FireLens to another service': {
    ...fargate,
    family: 'firelens',
    containerDefinitions: [
      {
        name: 'log_router',
        image: 'public.ecr.aws/aws-observability/aws-for-fluent-bit:stable',
        essential: true,
        firelensConfiguration: {
          type: 'fluentbit',
          options: { 'enable-ecs-log-metadata': 'true' },
        },
        memoryReservation: 50,
        user: '0',
        logConfiguration: awslogs('firelens'),
      },
      {
        name: 'app',
        image: 'httpd',
        logConfiguration: {
          logDriver: 'awsfirelens',
          options: { Name: 'http', Host: 'logs.example.com', TLS: 'on' },
          secretOptions: [{ name: 'apikey', valueFrom: '/logs/key' }],
        },
        dependsOn: [{ containerName: 'log_router', condition: 'START' }],
      },
    ],
  },
  'an Envoy proxy of App Mesh': {
    ...fargate,
    family: 'mesh',
    proxyConfiguration: {
      type: 'APPMESH',
      containerName: 'envoy',
      properties: [
        { name: 'IgnoredUID', value: '1337' },
        { name: 'ProxyIngressPort', value: '15000' },
        { name: 'ProxyEgressPort', value: '15001' },
        { name: 'AppPorts', value: '8080' },
      ],
    },
    containerDefinitions: [
      {
        name: 'app',
        image: 'app:1',
        portMappings: [{ containerPort: 8080 }],
        dependsOn: [{ containerName: 'envoy', condition: 'HEALTHY' }],
      },
      {
        name: 'envoy',
        image: 'public.ecr.aws/appmesh/aws-appmesh-envoy:v1.29',
        user: '1337',
        healthCheck: {
          command: ['CMD-SHELL', 'curl -s http://localhost:9901/server_info | grep LIVE'],
          interval: 5,
          timeout: 2,
          retries: 3,
          startPeriod: 10,
        },
      },
    ],
  },
  'files on EFS through an access point': {
    ...fargate,
    family: 'wiki',
    volumes: [
      {
        name: 'pages',
        efsVolumeConfiguration: {
          fileSystemId: 'fs-0123456789abcdef0',
          rootDirectory: '/',
          transitEncryption: 'ENABLED',
          authorizationConfig: { accessPointId: 'fsap-0123456789abcdef0', iam: 'ENABLED' },
        },
      },
      { name: 'scratch', host: {} },
    ],
    ephemeralStorage: { sizeInGiB: 21 },
    containerDefinitions: [
      {
        name: 'wiki',
        image: 'wiki',
        readonlyRootFilesystem: true,
        mountPoints: [
          { sourceVolume: 'pages', containerPath: '/pages', readOnly: false },
          { sourceVolume: 'scratch', containerPath: '/tmp' },
        ],
        linuxParameters: {
          capabilities: { add: ['SYS_PTRACE'], drop: ['ALL'] },
          tmpfs: [{ containerPath: '/run', size: 64 }],
        },
      },
    ],
  },
  'FSx for Windows on an instance': {
    family: 'office',
    runtimePlatform: { operatingSystemFamily: 'WINDOWS_SERVER_2022_CORE' },
    volumes: [
      {
        name: 'share',
        fsxWindowsFileServerVolumeConfiguration: {
          fileSystemId: 'fs-0123456789abcdef0',
          rootDirectory: 'share',
          authorizationConfig: {
            credentialsParameter: `arn:aws:secretsmanager:eu-west-1:${account}:secret:fsx`,
            domain: 'example.com',
          },
        },
      },
    ],
    containerDefinitions: [
      {
        name: 'office',
        image: 'mcr.microsoft.com/windows/servercore/iis',
        memory: 1024,
        entryPoint: ['powershell', '-Command'],
        command: ['C:\\ServiceMonitor.exe w3svc'],
        mountPoints: [{ sourceVolume: 'share', containerPath: 'C:\\share' }],
      },
    ],
  },
  'Windows on Fargate': {
    ...fargate,
    family: 'iis',
    cpu: '1024',
    memory: '2048',
    runtimePlatform: {
      operatingSystemFamily: 'WINDOWS_SERVER_2019_CORE',
      cpuArchitecture: 'X86_64',
    },
    containerDefinitions: [{ name: 'iis', image: 'mcr.microsoft.com/windows/servercore/iis' }],
  },
  'a Docker volume with a driver': {
    family: 'database',
    networkMode: 'bridge',
    volumes: [
      {
        name: 'rexray',
        dockerVolumeConfiguration: {
          autoprovision: true,
          scope: 'shared',
          driver: 'rexray/ebs',
          driverOpts: { volumetype: 'gp3', size: '50' },
          labels: { team: 'data' },
        },
      },
      { name: 'sock', host: { sourcePath: '/var/run/docker.sock' } },
    ],
    containerDefinitions: [
      {
        name: 'mysql',
        image: 'mysql:8',
        memoryReservation: 512,
        memory: 512,
        hostname: 'mysql',
        portMappings: [{ containerPort: 3306, hostPort: 0 }],
        mountPoints: [{ sourceVolume: 'rexray', containerPath: '/var/lib/mysql' }],
      },
      {
        name: 'admin',
        image: 'phpmyadmin',
        memory: 128,
        links: ['mysql:db'],
        volumesFrom: [{ sourceContainer: 'mysql', readOnly: true }],
        portMappings: [{ containerPort: 80, hostPort: 8080 }],
      },
    ],
  },
  'a monitoring agent beside the app': {
    ...fargate,
    family: 'monitored',
    cpu: '.25 vCPU',
    memory: '0.5 GB',
    pidMode: 'task',
    containerDefinitions: [
      { name: 'app', image: 'app', dockerLabels: { 'com.example.logs': '[{"source":"app"}]' } },
      {
        name: 'agent',
        image: 'public.ecr.aws/datadog/agent:latest',
        cpu: 10,
        memory: 256,
        essential: false,
        environment: [
          { name: 'ECS_FARGATE', value: 'true' },
          { name: 'SITE', value: '' },
        ],
        portMappings: [
          { containerPort: 8125, hostPort: 8125, protocol: 'udp' },
          { containerPort: 8125, hostPort: 8125, protocol: 'tcp' },
        ],
        healthCheck: { command: ['agent', 'health'], retries: 10, startPeriod: 300 },
        restartPolicy: { enabled: true, ignoredExitCodes: [0], restartAttemptPeriod: 180 },
      },
    ],
  },
  'a daemon on the host network': {
    family: 'node-exporter',
    networkMode: 'host',
    pidMode: 'host',
    ipcMode: 'host',
    volumes: [{ name: 'root', host: { sourcePath: '/' } }],
    containerDefinitions: [
      {
        name: 'exporter',
        image: 'quay.io/prometheus/node-exporter:v1.8.0',
        memory: 64,
        privileged: true,
        portMappings: [{ containerPort: 9100, hostPort: 9100 }],
        mountPoints: [{ sourceVolume: 'root', containerPath: '/rootfs', readOnly: true }],
        linuxParameters: {
          devices: [{ hostPath: '/dev/fuse', permissions: ['read', 'write', 'mknod'] }],
          maxSwap: 0,
          swappiness: 10,
        },
        systemControls: [{ namespace: 'kernel.msgmax', value: '65536' }],
        logConfiguration: { logDriver: 'json-file', options: { 'max-size': '10m' } },
      },
    ],
  },
  'what Batch registers': {
    family: 'batch-job',
    networkMode: 'host',
    containerDefinitions: [
      {
        name: 'default',
        image: 'busybox',
        cpu: 2048,
        memory: 2048,
        links: [],
        portMappings: [],
        essential: true,
        entryPoint: [],
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not ours
        command: ['sh', '-c', 'echo ${AWS_BATCH_JOB_ID} {{not-a-placeholder}} <input>'],
        environment: [],
        environmentFiles: [],
        mountPoints: [],
        volumesFrom: [],
        secrets: [],
        dnsServers: [],
        extraHosts: [],
        dockerLabels: {},
        ulimits: [],
        systemControls: [],
        resourceRequirements: [],
      },
    ],
  },
  'Service Connect and ranges of ports': {
    ...fargate,
    family: 'connected',
    cpu: '16384',
    memory: '122880',
    runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
    enableFaultInjection: true,
    containerDefinitions: [
      {
        name: 'api',
        image: 'api',
        versionConsistency: 'disabled',
        portMappings: [
          { name: 'api-http', containerPort: 8080, appProtocol: 'http2' },
          { name: 'media', containerPortRange: '40000-40100', protocol: 'udp' },
        ],
        environmentFiles: [{ type: 's3', value: 'arn:aws:s3:::settings/api/prod.env' }],
        repositoryCredentials: {
          credentialsParameter: `arn:aws:secretsmanager:eu-west-1:${account}:secret:hub`,
        },
      },
    ],
  },
  'a volume that is configured at launch, with tags': {
    ...fargate,
    family: 'etl',
    cpu: '4096',
    memory: '30720',
    tags: [{ key: 'team', value: 'data' }],
    volumes: [{ name: 'work', configuredAtLaunch: true }],
    containerDefinitions: [
      {
        name: 'etl',
        image: 'etl',
        mountPoints: [{ sourceVolume: 'work', containerPath: '/base' }],
      },
    ],
  },
};
