/** Waits until it holds; says what did not, in time. */
export async function until(what, holds, millis = 60_000) {
  const deadline = performance.now() + millis;
  for (;;) {
    const answer = await holds();
    if (answer) return answer;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${millis} ms`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}
