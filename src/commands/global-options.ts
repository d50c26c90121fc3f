/** Options that every command takes, before its name or after it. */
export interface GlobalOptions {
  home?: string;
  profile?: string;
  color: boolean;
  quiet?: boolean;
}
