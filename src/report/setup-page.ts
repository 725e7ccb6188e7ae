/** The pages of the setup, in plain HTML without a script. */

export interface SetupForm {
  /** What was wrong with the last try; null: this is the first. */
  readonly wrong: string | null;
}

export function setupForm({ wrong }: SetupForm): string {
  return page(
    'Create the App',
    `${wrong === null ? '' : `<p><strong>${html(wrong)}</strong></p>`}
<form method="post" action="setup" autocomplete="off">
<p><label>Setup token<br><input type="password" name="token" required></label></p>
<p><label>Organisation that will own the App; empty: your own account<br><input name="organization"></label></p>
<p><label>Name of the App, unique on GitHub<br><input name="name" value="lastgood" maxlength="34" required></label></p>
<p><button>Continue</button></p>
</form>`,
  );
}

/** Hands the manifest to GitHub, which shows it and asks once more. */
export function manifestForm(action: string, manifest: string): string {
  return page(
    'Create the App',
    `<p>GitHub shows what the App may do and asks once more. Then it sends you back here.</p>
<form method="post" action="${html(action)}">
<p><textarea name="manifest" rows="24" cols="90" readonly>${html(manifest)}</textarea></p>
<p><button>Create it on GitHub</button></p>
</form>`,
  );
}

export interface Created {
  readonly id: number;
  readonly slug: string;
  /** Where it is installed. */
  readonly installUrl: string;
  /** Lines of an environment file; null: they were written to `file`. */
  readonly variables: string | null;
  readonly file: string | null;
}

export function createdPage({ id, slug, installUrl, variables, file }: Created): string {
  const kept =
    variables === null
      ? `<p>Its credentials were written to <code>${html(file ?? '')}</code>, readable by the user of the bot alone.</p>`
      : `<p>Store these now: <strong>they are not shown again</strong>, and nobody else has them.</p>
<pre>${html(variables)}</pre>`;
  return page(
    `The App ${slug} is created`,
    `<p>Its number is ${id}.</p>${kept}
<ol>
<li>Start the bot with these variables, without <code>SETUP_TOKEN</code>.</li>
<li><a href="${html(installUrl)}" rel="noreferrer">Install the App</a> on the deployment repository only.</li>
<li>Comment <code>/rollback status</code> there, or run <code>lastgood doctor</code>.</li>
</ol>`,
  );
}

export function setupRefused(because: string): string {
  return page('Not done', `<p>${html(because)}</p>`);
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>lastgood: ${html(title)}</title>
<style>body{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto;padding:0 1em}pre{background:#eee;padding:1em;overflow:auto}</style>
</head><body><h1>${html(title)}</h1>
${body}
</body></html>
`;
}

function html(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
