import { explain } from './explanation.js';

const RULES = { reviewThreshold: 0.85, autoAssignThreshold: 0.95, margin: 0.05 };
const jane = { person_id: 1, name: 'Jane Doe', similarity: 0.9499 };
const olga = { person_id: 2, name: 'Olga', similarity: 0.94 };

describe('a decision in words', () => {
  it('names the persons, how near they are and where the thresholds lie', () => {
    expect(
      explain({ ...RULES, reason: 'below_auto_threshold', similarity: 0.91 }, [{ ...jane, similarity: 0.91 }]),
    ).toBe(
      'It looks like this person, but not enough to be assigned without asking. ' +
        'Jane Doe: 0.910; suggested from 0.850, assigned without asking from 0.950.',
    );
  });

  it('never rounds a similarity up to the threshold that it misses', () => {
    const text = explain({ ...RULES, reason: 'below_auto_threshold', similarity: jane.similarity }, [jane]);
    expect(text).toContain('Jane Doe: 0.949;');
  });

  it('names the margin where the second best is too near', () => {
    const text = explain({ ...RULES, reason: 'too_close_to_another', similarity: jane.similarity }, [jane, olga]);
    expect(text).toContain('Jane Doe: 0.949, Olga: 0.940; ');
    expect(text).toContain('0.050 ahead of the next');
  });

  it('says so when there was nobody to compare with', () => {
    expect(explain({ ...RULES, reason: 'no_candidates', similarity: null }, [])).toContain('Compared with nobody');
  });
});
