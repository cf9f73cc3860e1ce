import type { Answer, Photo, ServedScore } from './contract.ts';

/** Scores a package's answers: recall per species, their mean (balanced accuracy), and the share of right answers. An error counts as wrong. */
export function scoreAnswers(digest: string, photos: readonly Photo[], answers: readonly Answer[]): ServedScore {
  const right = new Map<string, number>();
  const total = new Map<string, number>();
  let errors = 0;
  let ruledOut = 0;
  let firstError: string | null = null;
  photos.forEach((photo, i) => {
    const answer = answers[i];
    total.set(photo.species, (total.get(photo.species) ?? 0) + 1);
    if (answer === undefined || !answer.ok) {
      errors++;
      firstError ??= answer?.error ?? 'no answer';
    } else {
      if (answer.species === photo.species) right.set(photo.species, (right.get(photo.species) ?? 0) + 1);
      if (isRuledOut(answer, photo)) ruledOut++;
    }
  });
  const recall = Object.fromEntries([...total].map(([species, count]) => [species, (right.get(species) ?? 0) / count]));
  const recalls = Object.values(recall);
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  return {
    digest,
    balancedAccuracy: recalls.length === 0 ? 0 : sum(recalls) / recalls.length,
    accuracy: photos.length === 0 ? 0 : sum([...right.values()]) / photos.length,
    recall,
    errors,
    ruledOut,
    photos: photos.length,
    firstError,
  };
}

function isRuledOut(answer: Extract<Answer, { ok: true }>, photo: Photo): boolean {
  return answer.species !== photo.species && !((answer.votes[photo.species] ?? 0) > 0);
}
