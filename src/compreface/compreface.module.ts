import { HttpModule, HttpService } from '@nestjs/axios';
import { Module } from '@nestjs/common';
import { CompreFaceSettings } from '../config/settings.js';
import { Clock } from '../time/clock.js';
import { CompreFaceController } from './compreface.controller.js';
import { EmbeddedEngine } from './embedded/embedded-engine.js';
import { EngineLease } from './embedded/engine-lease.js';
import { MODEL_VERSIONS } from './embedded/models/face-analyser.js';
import { FaceEngine } from './face-engine.js';
import { CompreFaceOptions } from './http/compreface-options.js';
import { HttpFaceEngine } from './http/http-face-engine.js';

/** The face engine behind its port: CompreFace at COMPREFACE_URL, or the embedded one. One client and one protocol for both. */
@Module({
  imports: [HttpModule],
  controllers: [CompreFaceController],
  providers: [
    EngineLease,
    EmbeddedEngine,
    {
      provide: CompreFaceOptions,
      inject: [CompreFaceSettings, EmbeddedEngine],
      useFactory: optionsFor,
    },
    {
      provide: FaceEngine,
      inject: [HttpService, CompreFaceOptions, Clock],
      useFactory: (http: HttpService, options: CompreFaceOptions, clock: Clock) =>
        new HttpFaceEngine(http, options, clock),
    },
  ],
  exports: [FaceEngine, CompreFaceOptions],
})
export class CompreFaceModule {}

async function optionsFor(settings: CompreFaceSettings, embedded: EmbeddedEngine): Promise<CompreFaceOptions> {
  const patience = {
    connectTimeoutMs: settings.connectTimeoutMs,
    headersTimeoutMs: settings.headersTimeoutMs,
    totalTimeoutMs: settings.totalTimeoutMs,
    probeTimeoutMs: settings.probeTimeoutMs,
    maxConcurrency: settings.maxConcurrency,
  };
  if (settings.url !== undefined) {
    return new CompreFaceOptions({
      ...patience,
      baseUrl: settings.url,
      apiKey: settings.apiKey ?? '',
      embedded: false,
      settleMs: settings.settleMs,
    });
  }
  const { url, apiKeys } = await embedded.start();
  return new CompreFaceOptions({
    ...patience,
    baseUrl: url,
    apiKey: apiKeys.recognition,
    embedded: true,
    settleMs: 0,
    version: 'embedded',
    calculator: MODEL_VERSIONS.calculator,
  });
}
