// CommonJS packages of Nest must find its ES modules already loaded.
import 'reflect-metadata';
import '@nestjs/common';
import '@nestjs/core';
