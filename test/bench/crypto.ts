import { randomBytes, webcrypto } from 'node:crypto';
import { createVault } from '../../db/vault/vault.ts';

const leads = 20_000;
const lead = {
  name: '王小明',
  phone: '+8613912345678',
  email: 'wang.xiaoming@example.com',
  company: '示例科技有限公司',
};

/**
 * Measures the microseconds to seal one lead: as the product does, and with the same operations of
 * WebCrypto, each awaited.
 */
export async function measureCrypto(): Promise<Record<string, string>> {
  const vault = createVault([{ id: 'bench', key: randomBytes(32) }], [randomBytes(32)]);
  const sync = await time(n => vault.seal(`lead-${n}`, lead));
  const sealAwaited = await prepareWebCrypto();
  const awaited = await time(sealAwaited);
  return {
    'node:crypto, synchronous': `${sync.toFixed(1)} µs a lead`,
    'WebCrypto, awaited': `${awaited.toFixed(1)} µs a lead (${(awaited / sync).toFixed(1)} times)`,
  };
}

async function time(seal: (n: number) => unknown): Promise<number> {
  for (let n = 0; n < leads / 10; n++) await seal(n);
  const begun = performance.now();
  for (let n = 0; n < leads; n++) await seal(n);
  return ((performance.now() - begun) * 1000) / leads;
}

async function prepareWebCrypto() {
  const { subtle } = webcrypto;
  const text = new TextEncoder();
  const kek = await subtle.importKey('raw', randomBytes(32), 'AES-GCM', false, ['encrypt']);
  const hash = { name: 'HMAC', hash: 'SHA-256' };
  const index = await subtle.importKey('raw', randomBytes(32), hash, false, ['sign']);
  const encrypt = (key: webcrypto.CryptoKey, plain: Uint8Array<ArrayBuffer>, context: string) =>
    subtle.encrypt({ name: 'AES-GCM', iv: randomBytes(12), additionalData: text.encode(context) }, key, plain);
  return async (n: number) => {
    const bytes = webcrypto.getRandomValues(new Uint8Array(32));
    const key = await subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt']);
    await encrypt(key, text.encode(JSON.stringify(lead)), `lead-${n}`);
    await encrypt(kek, bytes, `wrap-${n}`);
    await subtle.sign('HMAC', index, text.encode(lead.phone));
    await subtle.sign('HMAC', index, text.encode(lead.email));
  };
}
