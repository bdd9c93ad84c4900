/** The package brings no types. Only what the door uses. */
declare module '@alicloud/log' {
  export default class Client {
    /** Signature V1 of a request: names of headers in lower case, values of the query not encoded. */
    _sign(
      verb: string,
      path: string,
      queries: Readonly<Record<string, string>>,
      headers: Readonly<Record<string, string>>,
      credentials: { readonly accessKeyId: string; readonly accessKeySecret: string },
    ): string;
  }
}
