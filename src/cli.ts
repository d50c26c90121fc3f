#!/usr/bin/env node
import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };

await new Command('slipway')
  .description(manifest.description)
  .version(manifest.version)
  .parseAsync();
