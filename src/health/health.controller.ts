import { type BeforeApplicationShutdown, Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { FaceEngine } from '../compreface/face-engine.js';
import { Database } from '../database/database.js';
import { DomainError } from '../errors/domain-error.js';
import { ErrorAnswers } from '../errors/error-body.js';
import { AuditPlan } from '../training/audit-plan.js';
import { LiveAnswer, ReadyAnswer } from './dto/health.dto.js';

@ApiTags('Health')
@Controller('health')
export class HealthController implements BeforeApplicationShutdown {
  private stopping = false;

  constructor(
    private readonly db: Database,
    private readonly engine: FaceEngine,
    private readonly audits: AuditPlan,
  ) {}

  beforeApplicationShutdown(): void {
    this.stopping = true;
  }

  /** Whether the process lives. */
  @Get('live')
  @ErrorAnswers()
  live(): LiveAnswer {
    return { status: 'ok' };
  }

  /** Whether the service can take requests: 503 without its database or while it stops; 200 also while only CompreFace is away. */
  @Get('ready')
  @ErrorAnswers()
  async ready(): Promise<ReadyAnswer> {
    if (this.stopping) throw new DomainError('SERVICE_UNAVAILABLE', 'The service is stopping');
    await this.db.readNow();
    const { reachable, breaker } = await this.engine.status();
    const { stopped } = await this.audits.state();
    return {
      status: 'ok',
      database: 'up',
      compreface: reachable && breaker === 'closed' ? 'up' : 'away',
      collection: stopped ? 'differs' : 'ok',
    };
  }
}
