/** What the smoke suite asks of a browser, whatever drives it. */
export interface Engine {
  goto(url: string): Promise<void>;
  /** Calls a function in the page with plain data; gives what it returns. */
  evaluate<A, R>(call: (argument: A) => R, argument: A): Promise<R>;
  click(selector: string): Promise<void>;
  /** Types into what has the focus. */
  type(text: string): Promise<void>;
  press(key: 'Enter' | 'Control+c'): Promise<void>;
  close(): Promise<void>;
}
