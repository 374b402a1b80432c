import { Module } from '@nestjs/common';
import { ValidationService } from './validation.service.js';

/** Measuring how well persons would be recognised. */
@Module({ providers: [ValidationService], exports: [ValidationService] })
export class ValidationModule {}
