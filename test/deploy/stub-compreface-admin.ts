import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const API_KEY = 'c0ffee00-1111-4222-8333-444455556666';

interface Named {
  readonly id: string;
  readonly name: string;
}

type Service = Named & { readonly type: string; readonly apiKey: string };

/** What a stub of CompreFace's admin API knows; tests change it as they like. */
export interface AdminState {
  /** How many times `/admin/status` says NOT_READY, and how many times nginx answers 502 before that. */
  notReady: number;
  badGateways: number;
  /** Registered accounts with their passwords; the first is the owner. */
  readonly accounts: Map<string, string>;
  readonly applications: Named[];
  readonly services: Service[];
  /** The API proper answers 502 so many times more. */
  apiBadGateways: number;
  /** Whether registering asks for a confirmation by e-mail. */
  confirmsMail: boolean;
  /** Method and path of each request. */
  readonly requests: string[];
}

interface Ask {
  readonly route: string;
  readonly body: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** The admin routes of CompreFace 1.2.0 that lead to an API key, and the one that shows whether the key works. */
export class StubCompreFaceAdmin {
  readonly state: AdminState = {
    notReady: 0,
    badGateways: 0,
    accounts: new Map(),
    applications: [],
    services: [],
    apiBadGateways: 0,
    confirmsMail: false,
    requests: [],
  };
  url = '';
  private readonly server: Server = createServer((request, response) => {
    void this.serve(request, response);
  });

  async listen(): Promise<void> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const route = `${request.method ?? ''} ${request.url ?? ''}`;
    this.state.requests.push(route);
    const ask = { route, body: Buffer.concat(chunks).toString('utf8'), request, response };
    if (this.state.badGateways-- > 0) badGateway(response);
    else if (route === 'GET /admin/status') this.status(ask);
    else if (route === 'GET /api/v1/recognition/subjects') this.subjects(ask);
    else if (route === 'POST /admin/user/register') this.register(ask);
    else if (route === 'POST /admin/oauth/token') this.login(ask);
    else this.withSession(ask);
  }

  private status({ response }: Ask): void {
    json(response, 200, { status: this.state.notReady-- > 0 ? 'NOT_READY' : 'OK' });
  }

  private subjects({ request, response }: Ask): void {
    const key = request.headers['x-api-key'];
    if (this.state.apiBadGateways-- > 0) badGateway(response);
    else if (this.state.services.some(({ apiKey }) => apiKey === key)) json(response, 200, { subjects: [] });
    else fail(response, 404, 10, `Recognition service with API Key ${String(key)} not found`);
  }

  private register({ body, response }: Ask): void {
    const { email, password, isAllowStatistics } = JSON.parse(body) as Record<string, string>;
    if (this.state.accounts.has(email!)) fail(response, 400, 4, 'This email already in use');
    else if (String(isAllowStatistics) !== 'false') fail(response, 400, 26, 'statistics must stay off');
    else {
      this.state.accounts.set(email!, password!);
      response.writeHead(this.state.confirmsMail ? 200 : 201).end();
    }
  }

  private login({ body, request, response }: Ask): void {
    const form = new URLSearchParams(body);
    const right = this.state.accounts.get(form.get('username') ?? '') === form.get('password');
    if (request.headers.authorization !== 'Basic Q29tbW9uQ2xpZW50SWQ6cGFzc3dvcmQ=') {
      json(response, 401, { error: 'unauthorized' });
    } else if (!right || form.get('grant_type') !== 'password') {
      json(response, 400, { error: 'invalid_grant', error_description: 'Bad credentials' });
    } else {
      const session = `CFSESSION=${form.get('username') ?? ''}; Path=/admin; HttpOnly; Max-Age=2400`;
      response.setHeader('set-cookie', ['REFRESH_TOKEN=r; Path=/admin/oauth/token', session]);
      json(response, 200, { access_token: 'unused', token_type: 'bearer' });
    }
  }

  private withSession(ask: Ask): void {
    const account = /CFSESSION=([^;]+)/.exec(ask.request.headers.cookie ?? '')?.[1];
    if (account === undefined) json(ask.response, 401, { error: 'unauthorized' });
    else this.records(ask, [...this.state.accounts.keys()][0] === account);
  }

  private records({ route, body, response }: Ask, isOwner: boolean): void {
    const { applications, services } = this.state;
    const application = /\/admin\/app\/([^/]+)\/models?$/.exec(route)?.[1];
    const wanted = (body ? JSON.parse(body) : {}) as { name: string; type: string };
    if (route === 'GET /admin/apps') json(response, 200, applications);
    else if (route === 'POST /admin/app' && !isOwner) fail(response, 400, 9, 'You have not enough privileges');
    else if (route === 'POST /admin/app') add(response, applications, { id: 'app-1', name: wanted.name });
    else if (!applications.some(({ id }) => id === application)) fail(response, 404, 2, 'Application not found');
    else if (route.startsWith('GET')) json(response, 200, services);
    else add(response, services, { id: 'service-1', ...wanted, apiKey: API_KEY });
  }
}

function add<T>(response: ServerResponse, records: T[], record: T): void {
  records.push(record);
  json(response, 201, record);
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function fail(response: ServerResponse, status: number, code: number, message: string): void {
  json(response, status, { message, code });
}

function badGateway(response: ServerResponse): void {
  response.writeHead(502, { 'content-type': 'text/html' }).end('<html><h1>502 Bad Gateway</h1></html>');
}
