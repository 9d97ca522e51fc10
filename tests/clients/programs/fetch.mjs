// A reader on `fetch`: Node's own, and the browser's (page.html uses this file, too).
export async function ask(asked, answer) {
  const response = await fetch(asked.url + asked.path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...asked.headers },
    body: JSON.stringify(asked.body),
    signal: AbortSignal.timeout(asked.timeout * 1000),
  });
  answer.status = response.status;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    answer.reads.push(btoa(String.fromCharCode(...value)));
  }
}
