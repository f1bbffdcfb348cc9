import type { ko } from './ko';

/** The same sentences in another language: every key of the Korean source, plus singular forms (`…_one`) where that language has them. */
export type Texts = Sentences<typeof ko>;

type Sentences<T> = { [K in keyof T]: T[K] extends string ? string : Sentences<T[K]> } & {
  [K in keyof T as K extends `${infer Name}_other` ? `${Name}_one` : never]?: string;
};
