import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ErrorAnswers } from '../errors/error-body.js';
import { CompreFaceStatusAnswer } from './dto/compreface-status.dto.js';
import { type EngineStatus, FaceEngine } from './face-engine.js';

@ApiTags('CompreFace')
@Controller('compreface')
export class CompreFaceController {
  constructor(private readonly engine: FaceEngine) {}

  /**
   * Ask CompreFace for a sign of life and say what is known of it. Answers 200 also when it is away: `reachable` says so. To look changes
   * nothing: it cuts short no pause that CompreFace asked for. Only a wrong setting that proves mended is over at once.
   */
  @Get('status')
  @ErrorAnswers()
  async status(): Promise<CompreFaceStatusAnswer> {
    return toAnswer(await this.engine.status());
  }
}

function toAnswer(status: EngineStatus): CompreFaceStatusAnswer {
  return {
    reachable: status.reachable,
    url: status.url,
    embedded: status.embedded,
    version: status.version,
    calculator: status.calculator,
    latency: status.latencyMs,
    concurrency_limit: status.concurrencyLimit,
    state: status.breaker,
    examples: status.examples ?? 0,
    problem: status.problem && {
      message: status.problem.message,
      suggestion: status.problem.suggestion,
      retry_in: status.problem.retryInMs,
    },
  };
}
