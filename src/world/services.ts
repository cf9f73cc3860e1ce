import type { NetworkPolicy } from 'just-git';
import { z } from 'zod';
import { isEnvironment, PRODUCTION, type Cloud } from '../cloud/cloud.ts';
import type { Photo } from '../cloud/contract.ts';
import { ServiceStartError } from '../cloud/service.ts';
import type { ServiceRequest, ServiceResponse, Services } from '../computer/contract.ts';
import type { VirtualClock } from './clock.ts';

const DOMAIN = 'fieldleaf.test';

/** Greater photos than any phone of the course takes would only fill memory. */
const LARGEST_PHOTO = 64;

export interface CompanyHosts {
  readonly clock: VirtualClock;
  readonly cloud: Cloud;
  /** The service that the company runs, which has the name of its repository. */
  readonly service: string;
  /** Address of the origin, and what git's own requests to it go through, under the login of whoever asks. */
  readonly originUrl: string;
  readonly origin: Required<Pick<NetworkPolicy, 'fetch'>>;
}

/** Where a service answers: `https://leaf.fieldleaf.test`, and for other environments `https://leaf-staging.fieldleaf.test`. */
export function serviceAddress(service: string, environment: string): string {
  return `https://${hostOf(service, environment)}`;
}

function hostOf(service: string, environment: string): string {
  const suffix = environment.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return isEnvironment(environment, PRODUCTION) ? `${service}.${DOMAIN}` : `${service}-${suffix}.${DOMAIN}`;
}

/** The company's own hosts, as `curl` meets them: the origin, and the service in each environment that it was ever deployed to. */
export function companyServices(hosts: CompanyHosts): Services {
  return {
    async fetch(request) {
      const url = new URL(request.url);
      if (url.host === new URL(hosts.originUrl).host) return originAnswers(hosts, request, url);
      const environment = environmentAt(hosts, url.host);
      return environment === null ? null : serviceAnswers(hosts, environment, request, url);
    },
  };
}

async function originAnswers({ origin }: CompanyHosts, request: ServiceRequest, url: URL): Promise<ServiceResponse> {
  if (!/\.git\//.test(url.pathname))
    return text(404, 'Here git and gh are answered. For people there is the Origin tab: pull requests, board and releases.\n');
  const { method, headers, body } = request;
  const response = await origin.fetch(
    new Request(request.url, {
      method,
      headers: { ...headers },
      ...(method === 'GET' || method === 'HEAD' ? {} : { body: new Uint8Array(body) }),
    }),
  );
  return {
    status: response.status,
    reason: response.statusText === '' ? (REASONS[response.status] ?? '') : response.statusText,
    headers: Object.fromEntries(response.headers),
    body: new Uint8Array(await response.arrayBuffer()),
  };
}

/** The environment that a host name stands for; production has one even before anything was deployed. */
function environmentAt({ cloud, service }: CompanyHosts, host: string): string | null {
  return [PRODUCTION, ...cloud.environments()].find((environment) => hostOf(service, environment) === host) ?? null;
}

async function serviceAnswers(hosts: CompanyHosts, environment: string, request: ServiceRequest, url: URL): Promise<ServiceResponse> {
  const live = hosts.cloud.deployments(environment).at(-1);
  if (live === undefined) return text(503, `Nothing has been deployed to ${environment} yet.\n`);
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  switch (url.pathname) {
    case '/':
    case '/version':
      if (!isRead) return text(405, 'Ask with GET.\n', { allow: 'GET, HEAD' });
      return json(200, {
        service: live.service,
        environment: live.environment,
        digest: live.digest,
        commit: live.commit,
        run: live.runId,
        live_since: new Date(live.liveAt).toISOString(),
      });
    case '/healthz':
      return isRead ? text(200, 'ok\n') : text(405, 'Ask with GET.\n', { allow: 'GET, HEAD' });
    case '/predict':
      if (request.method !== 'POST') return text(405, 'Send a photo with POST.\n', { allow: 'POST' });
      return prediction(hosts, live.digest, request.body);
    default:
      return text(404, `There are /, /version, /healthz and /predict here.\n`);
  }
}

async function prediction({ clock, cloud }: CompanyHosts, digest: string, body: Uint8Array): Promise<ServiceResponse> {
  const photo = photoOf(body);
  if (typeof photo === 'string') return json(400, { error: photo });
  try {
    const [answer] = await clock.busy(cloud.ask(digest, [photo], new AbortController().signal));
    if (answer?.ok !== true) return json(500, { error: answer?.error ?? 'no answer' });
    return json(200, { species: answer.species, votes: answer.votes });
  } catch (error) {
    if (error instanceof ServiceStartError) return json(500, { error: error.message });
    throw error;
  }
}

const rows = z
  .array(z.array(z.int().min(0).max(255)))
  .min(1)
  .max(LARGEST_PHOTO);

/** The photo in a request, or what is wrong with it. */
function photoOf(body: Uint8Array): Photo | string {
  let data: unknown;
  try {
    data = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return 'the body is not JSON';
  }
  const parsed = rows.safeParse(data);
  const size = parsed.data?.length ?? 0;
  if (!parsed.success || parsed.data.some((row) => row.length !== size))
    return `a photo is a list of rows, as many as each has grey values from 0 to 255, at most ${LARGEST_PHOTO}`;
  return { id: 'asked', species: '', size, pixels: Uint8Array.from(parsed.data.flat()) };
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

function text(status: number, body: string, headers: Readonly<Record<string, string>> = {}): ServiceResponse {
  return answer(status, 'text/plain; charset=utf-8', body, headers);
}

function json(status: number, body: unknown): ServiceResponse {
  return answer(status, 'application/json', `${JSON.stringify(body)}\n`, {});
}

function answer(status: number, type: string, body: string, headers: Readonly<Record<string, string>>): ServiceResponse {
  const bytes = new TextEncoder().encode(body);
  return {
    status,
    reason: REASONS[status] ?? '',
    headers: { 'content-type': type, 'content-length': String(bytes.length), ...headers },
    body: bytes,
  };
}
