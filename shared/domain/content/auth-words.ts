/** Carriers take a message for an authentication message only if it says one of these. Latin letters in any case. */
export const authWords = ['auth', 'password', 'verify', '인증', '비밀번호', '認証', 'にんしょう'] as const;

/** Whether one of the texts says such a word by itself. */
export const saysAuth = (texts: readonly string[]): boolean =>
  texts.some((text) => authWords.some((word) => text.toLowerCase().includes(word)));
