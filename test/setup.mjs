import { configureGlobal } from 'fast-check';
// CommonJS packages of Nest must find its ES modules already loaded.
import 'reflect-metadata';
import '@nestjs/common';
import '@nestjs/core';

// The same cases in every run, so that red means changed code. `PROPERTY_SEED=random npm test` looks for new ones.
const { PROPERTY_SEED = '20261122' } = process.env;
if (PROPERTY_SEED !== 'random') configureGlobal({ seed: Number(PROPERTY_SEED) });
