import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  certificate: string;
  key: string;
}

/** An authority of the test's own and what it signed; paths of PEM files. */
export class Authority {
  private readonly folder = mkdtempSync(join(tmpdir(), 'llm-authority-'));
  readonly certificate = join(this.folder, 'ca.pem');
  private readonly key = join(this.folder, 'ca.key');

  constructor() {
    this.openssl(
      'req',
      '-x509',
      ...newKey,
      '-keyout',
      this.key,
      '-out',
      this.certificate,
      '-subj',
      '/CN=test',
    );
  }

  /** @param name such as `IP:127.0.0.1` or `DNS:localhost` */
  issue(name: string): Certificate {
    const place = join(this.folder, name.replaceAll(/\W/g, '-'));
    const [request, extension] = [`${place}.csr`, `${place}.ext`];
    const issued = { certificate: `${place}.pem`, key: `${place}.key` };
    this.openssl('req', ...newKey, '-keyout', issued.key, '-out', request, '-subj', '/CN=server');
    writeFileSync(extension, `subjectAltName=${name}\n`);
    const signer = ['-CA', this.certificate, '-CAkey', this.key, '-CAcreateserial'];
    this.openssl(
      'x509',
      '-req',
      '-in',
      request,
      ...signer,
      '-out',
      issued.certificate,
      '-extfile',
      extension,
    );
    return issued;
  }

  private openssl(...words: string[]): void {
    execFileSync('openssl', words, { stdio: 'pipe' });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
