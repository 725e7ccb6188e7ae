/** What people write, and where. */

/** Where people speak. */
export type Page =
  /** An issue or a pull request. */
  { readonly kind: 'issue'; readonly number: number } | { readonly kind: 'commit'; readonly sha: string };

/** One comment of the repository: the ids of comments on commits are counted apart. */
export interface CommentAt {
  readonly page: Page;
  readonly id: number;
}

/** A comment, with who wrote it and whether the text is still theirs. */
export interface Comment {
  readonly id: number;
  readonly author: string;
  readonly body: string;
  readonly edited: boolean;
  readonly createdAt: string;
}

export type Reaction = 'rocket' | 'confused' | 'eyes';
