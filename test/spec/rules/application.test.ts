import { describe, expect, it } from 'vitest';
import { problems } from '../problems';

const image = `ghcr.io/acme/chat@sha256:${'0'.repeat(64)}`;
const with_ = (fields: object) => problems({ application: { image, port: 8080, ...fields } });
const secret = (name: string) =>
  `application.env.${name}: looks like a secret, which would stand in spec, template and on the machine's disk: remove it, and let the container fetch it from a store of your own; the gateway's key it has in \`OPENAI_API_KEY\` [application]`;

describe('rules about the container of the user', () => {
  it.each(['/', '/chat', '/v1beta', '/healthy', '/a/b-c/d_e'])('path %s is its own', (path) => {
    expect(with_({ path })).toEqual([]);
  });

  it.each(['/v1', '/v1/models', '/health', '/health/liveliness'])("path %s is the gateway's", (path) => {
    const own = path.startsWith('/v1') ? '/v1' : '/health';
    expect(with_({ path })).toEqual([
      `application.path: got \`${path}\`: \`${own}\` belongs to the gateway; write another path, such as \`/chat\` [application]`,
    ]);
  });

  it.each(['chat', '/chat/', '/chat/*', '/a?b', '/..', '//', '/a b'])('path %j is none', (path) => {
    expect(with_({ path })).toEqual([
      `application.path: got "${path}", expected a path such as \`/\` or \`/chat\`, without a slash at its end [shape]`,
    ]);
  });

  it('an image is pinned by its digest', () => {
    expect(with_({ image: 'ghcr.io/acme/chat:1.0' })).toEqual([
      'application.image: got "ghcr.io/acme/chat:1.0", expected an image reference that ends in `@sha256:` and 64 hexadecimal digits [shape]',
    ]);
  });

  it.each([
    ['MAX_TOKENS', '4096'],
    ['DISABLE_TOKEN', 'true'],
    ['WEBUI_NAME', 'Ask us anything'],
    ['GIT_COMMIT', 'b968826d9c46dd6066d109eabc6255188de91218'],
    ['BACKEND_URL', 'https://user.example.com:8443/path?page=1'],
    ['TOKENIZER', 'Qwen/Qwen3-8B'],
    ['API_KEY', ''],
  ])('%s=%s is no secret', (name, value) => {
    expect(with_({ env: { [name]: value } })).toEqual([]);
  });

  it.each([
    ['DATABASE_PASSWORD', 'hunter two'],
    ['WEBUI_SECRET_KEY', 'changeme'],
    ['SLACK_TOKEN', 'abc'],
    ['OTHER', 'sk-abcdef'],
    ['OTHER', 'AKIAIOSFODNN7EXAMPLE'],
    ['OTHER', 'hf_abcdefghijkl'],
    ['OTHER', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln'],
    ['DATABASE_URL', 'postgresql://app:hunter2@db.example.com/app'],
    ['OTHER', '-----BEGIN PRIVATE KEY-----'],
    ['OTHER', 'mF3kd92LsPq0xZt7Vb1NcR8yHw5GjAeU'],
  ])('%s=%s is one, and the message does not repeat it', (name, value) => {
    expect(with_({ env: { [name]: value } })).toEqual([secret(name)]);
  });

  it('what the deployment sets is not written', () => {
    expect(with_({ env: { OPENAI_API_KEY: 'none', OPENAI_BASE_URL: 'http://gateway:4000/v1' } })).toEqual([
      'application.env.OPENAI_API_KEY: is set by the deployment: remove it [application]',
      'application.env.OPENAI_BASE_URL: is set by the deployment: remove it [application]',
    ]);
  });
});
