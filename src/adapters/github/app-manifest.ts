/** GitHub's manifest flow: the code it hands out when somebody has created an App becomes the App's credentials, once. */
import { anonymousClient, explain } from './client.ts';

/** Secrets: shown to whoever created the App, or written where they said; never logged. */
export interface NewApp {
  readonly id: number;
  readonly slug: string;
  readonly page: string;
  readonly privateKey: string;
  readonly webhookSecret: string;
}

export async function exchangeManifestCode(baseUrl: string, code: string): Promise<NewApp> {
  try {
    const { data } = await anonymousClient(baseUrl).request('POST /app-manifests/{code}/conversions', { code });
    const { id, slug = '', html_url: page, pem: privateKey, webhook_secret: secret } = data;
    return { id, slug, page, privateKey, webhookSecret: secret ?? '' };
  } catch (error) {
    throw explain(error, 'exchange the code for the credentials of the App');
  }
}
