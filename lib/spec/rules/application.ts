import { type Finding, finding, rule } from './rule';

/** Set by the deployment: the gateway's address, and a key of the container's own. */
export const givenVariables = ['OPENAI_BASE_URL', 'OPENAI_API_KEY'];

const ofGateway = ['/v1', '/health'];

export const applicationRoom = rule('application', ['application'], ({ application }) => {
  if (application === undefined) return [];
  const { path, env } = application;
  const found: Finding[] = [];
  const taken = ofGateway.find((own) => path === own || path.startsWith(`${own}/`));
  if (taken !== undefined) {
    found.push(
      finding(
        ['application', 'path'],
        `got \`${path}\`: \`${taken}\` belongs to the gateway; write another path, such as \`/chat\``,
      ),
    );
  }
  for (const [name, value] of Object.entries(env)) {
    const at = ['application', 'env', name];
    if (givenVariables.includes(name)) {
      found.push(finding(at, 'is set by the deployment: remove it'));
    } else if (looksSecret(name, value)) {
      // never the value itself
      found.push(
        finding(
          at,
          "looks like a secret, which would stand in spec, template and on the machine's disk: remove it, and let the container fetch it from a store of your own; the gateway's key it has in `OPENAI_API_KEY`",
        ),
      );
    }
  }
  return found;
});

/** Beginnings that issuers give their keys, so that scanners find them. */
const knownKeys =
  /^(sk-|pk_live_|rk_live_|AKIA[0-9A-Z]{12}|ASIA[0-9A-Z]{12}|gh[pousr]_|github_pat_|glpat-|hf_[A-Za-z0-9]{8}|xox[abprs]-|AIza[0-9A-Za-z_-]{20}|eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.|-----BEGIN )/;
const secretName =
  /(^|_)(PASS(WORD|WD|PHRASE)?|PWD|SECRET|TOKEN|CREDENTIALS?|(API|ACCESS|PRIVATE|SECRET|SIGNING|ENCRYPTION|MASTER)_?KEY)$/i;
/** A user name and a password before the host. */
const login = /^[a-z][a-z0-9+.-]*:\/\/[^/@\s]*:[^/@\s]+@/i;

/** Settings of a name that ends in such a word are mostly switches and numbers: `DISABLE_TOKEN: "true"`. */
const harmless = /^(|true|false|yes|no|on|off|none|\d{1,6})$/i;

function looksSecret(name: string, value: string): boolean {
  if (harmless.test(value)) return false;
  return knownKeys.test(value) || login.test(value) || secretName.test(name) || isRandom(value);
}

/** Long, of one word, and of all kinds of characters, as generated keys are; digests and ids have one case. */
function isRandom(value: string): boolean {
  return /^[A-Za-z0-9+/_=-]{32,}$/.test(value) && [/[a-z]/, /[A-Z]/, /\d/].every((kind) => kind.test(value));
}
