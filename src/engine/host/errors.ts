export { ContainerExists, EngineFailed } from '../errors.ts';
