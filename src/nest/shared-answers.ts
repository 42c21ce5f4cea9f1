/**
 * Who asks the same while a question is open shares its answer. Probes that pile up during an outage would otherwise take
 * the pool's connections from the claims.
 */
export class SharedAnswers<T> {
  private readonly open = new Map<string, Promise<T>>();

  ask(what: string, send: () => Promise<T>): Promise<T> {
    const asked = this.open.get(what);
    if (asked) return asked;
    const answer = send().finally(() => this.open.delete(what));
    this.open.set(what, answer);
    return answer;
  }
}
