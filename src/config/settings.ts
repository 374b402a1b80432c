import { IsBoolean, IsIn, IsInt, IsOptional, IsString, IsUrl, Matches, Max, Min, MinLength } from 'class-validator';
import { Env } from './env.js';

/** Where the service listens and keeps its files. */
export class ServerSettings {
  @Env(
    'HOST',
    'Address to listen on. Everybody who can reach it can read and change everything: keep it local or put a proxy with a login before it.',
  )
  @IsString()
  @MinLength(1)
  host: string = '127.0.0.1';

  @Env('PORT', 'Port to listen on; 0 takes a free one.')
  @IsInt()
  @Min(0)
  @Max(65535)
  port: number = 9000;

  @Env('DATA_DIR', 'Folder for photos, the SQLite database and the embedded engine. Several replicas must share it.')
  @IsString()
  @MinLength(1)
  dataDir: string = './data';
}

/** The databases that are supported. */
export type DatabaseType = 'sqlite' | 'mysql' | 'mariadb';

/** Which database holds persons, faces and jobs. */
export class DatabaseSettings {
  @Env('DB_TYPE', 'sqlite, mysql or mariadb: whichever is true, the two servers differ.')
  @IsIn(['sqlite', 'mysql', 'mariadb'])
  type: DatabaseType = 'sqlite';

  @Env('DB_HOST', 'Host of the MySQL or MariaDB server.')
  @IsString()
  host: string = '127.0.0.1';

  @Env('DB_PORT', 'Port of the MySQL or MariaDB server.')
  @IsInt()
  @Min(1)
  @Max(65535)
  port: number = 3306;

  @Env('DB_USER', 'User of the MySQL or MariaDB server.')
  @IsString()
  user: string = 'compreface_training';

  @Env('DB_PASSWORD', 'Password of that user.', { secret: true })
  @IsString()
  password: string = '';

  @Env('DB_NAME', 'Database on the server; it must exist, its tables are made at start.')
  @IsString()
  name: string = 'compreface_training';

  @Env('DATABASE_URL', 'Instead of the five above: mysql://user:password@host:3306/name or mariadb://…', {
    secret: true,
  })
  @IsOptional()
  @Matches(/^(mysql|mariadb):\/\/.+/, { message: 'DATABASE_URL must begin with mysql:// or mariadb://' })
  url: string | undefined = undefined;

  @Env('DB_POOL_SIZE', 'Connections to the MySQL or MariaDB server.')
  @IsInt()
  @Min(2)
  @Max(200)
  poolSize: number = 10;

  @Env(
    'DB_STALLED_TRANSACTION_MS',
    'How long a transaction may stand still before MariaDB takes it back, so that a process that hangs in the middle of one holds nobody up; whole seconds, in ms. MySQL cannot.',
  )
  @IsInt()
  @Min(1_000)
  stalledTransactionMs: number = 10_000;
}

/** Which CompreFace holds the collection, and how patient we are with it. */
export class CompreFaceSettings {
  @Env('COMPREFACE_URL', 'Address of CompreFace, for example http://localhost:8000. Left out: the embedded engine.')
  @IsOptional()
  @IsUrl(
    { require_tld: false, require_protocol: true, protocols: ['http', 'https'] },
    { message: 'COMPREFACE_URL must be an http or https address' },
  )
  url: string | undefined = undefined;

  @Env('COMPREFACE_API_KEY', 'Key of a recognition service of that CompreFace.', { secret: true })
  @IsOptional()
  @IsString()
  apiKey: string | undefined = undefined;

  @Env('COMPREFACE_API_KEY_FILE', 'File that holds the key, instead of COMPREFACE_API_KEY.')
  @IsOptional()
  @IsString()
  apiKeyFile: string | undefined = undefined;

  @Env('COMPREFACE_SETTLE_MS', 'How long after an upload of unknown outcome CompreFace may still store it, in ms.')
  @IsInt()
  @Min(0)
  @Max(3_600_000)
  settleMs: number = 180_000;

  @Env('COMPREFACE_CONNECT_TIMEOUT_MS', 'Time to connect, in ms.')
  @IsInt()
  @Min(10)
  @Max(60_000)
  connectTimeoutMs: number = 3_000;

  @Env(
    'COMPREFACE_HEADERS_TIMEOUT_MS',
    'Time until the answer begins, in ms; above 60,000 so that CompreFace gives up first.',
  )
  @IsInt()
  @Min(10)
  @Max(600_000)
  headersTimeoutMs: number = 75_000;

  @Env('COMPREFACE_TOTAL_TIMEOUT_MS', 'Time for a whole call, in ms.')
  @IsInt()
  @Min(10)
  @Max(600_000)
  totalTimeoutMs: number = 90_000;

  @Env('COMPREFACE_PROBE_TIMEOUT_MS', 'Time for a sign of life, in ms.')
  @IsInt()
  @Min(10)
  @Max(60_000)
  probeTimeoutMs: number = 5_000;

  @Env('COMPREFACE_MAX_CONCURRENCY', 'Most calls at once; the number in use adapts below it.')
  @IsInt()
  @Min(1)
  @Max(64)
  maxConcurrency: number = 64;
}

/** How this process works on the training queue. */
export class WorkerSettings {
  @Env('TRAINING_AUTOSTART', 'true: queued jobs start at once. false: they wait for process-queue or the schedule.')
  @IsBoolean()
  autostart: boolean = false;

  @Env(
    'TRAINING_SCHEDULE_ENABLED',
    'false switches the automatic training of this process off, whatever the stored settings say.',
  )
  @IsBoolean()
  scheduleEnabled: boolean = true;

  @Env('TRAINING_CONCURRENCY', 'Jobs that this process runs at once by itself.')
  @IsInt()
  @Min(1)
  @Max(32)
  concurrency: number = 5;

  @Env('TRAINING_LEASE_MS', 'After how long without a sign of life a running job is taken from its process, in ms.')
  @IsInt()
  @Min(200)
  @Max(600_000)
  leaseMs: number = 30_000;

  @Env('TRAINING_HEARTBEAT_MS', 'Time between two signs of life, in ms; also how fast a cancel is seen.')
  @IsInt()
  @Min(20)
  @Max(60_000)
  heartbeatMs: number = 2_000;

  @Env('TRAINING_REAP_MS', 'How often jobs of dead processes are looked for, in ms.')
  @IsInt()
  @Min(20)
  @Max(600_000)
  reapMs: number = 10_000;

  @Env('TRAINING_POLL_MS', 'How often due work is looked for, in ms.')
  @IsInt()
  @Min(20)
  @Max(60_000)
  pollMs: number = 1_000;

  @Env(
    'TRAINING_BACKOFF_MS',
    'First wait after a failed attempt, in ms; it doubles each time, up to a minute while CompreFace is away.',
  )
  @IsInt()
  @Min(1)
  @Max(600_000)
  backoffMs: number = 2_000;

  @Env('TRAINING_DRAIN_MS', 'How long uploads under way may take to end when the process is told to stop, in ms.')
  @IsInt()
  @Min(0)
  @Max(120_000)
  drainMs: number = 25_000;
}

/** Which photos are taken. */
export class PhotoSettings {
  @Env('PHOTO_MIN_FACE_SIDE', 'Smallest side of a face, in pixels of the photo.')
  @IsInt()
  @Min(1)
  @Max(1_000)
  minFaceSidePx: number = 40;

  @Env('PHOTO_MAX_FILE_MB', 'Largest photo, in megabytes.')
  @IsInt()
  @Min(1)
  @Max(25)
  maxFileMb: number = 25;

  @Env('PHOTO_MAX_MEGAPIXELS', 'Largest photo, in millions of pixels.')
  @IsInt()
  @Min(1)
  @Max(64)
  maxMegapixels: number = 64;
}
