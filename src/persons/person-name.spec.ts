import { isOwnSubject } from '../compreface/subject.js';
import { foldName, makeSubject, nameKey } from './person-name.js';

describe('the name of a person', () => {
  it.each([
    ['Jane Smith', /^jane-smith-[a-z2-7]{6}$/],
    ['Zoë Müller', /^zoe-muller-[a-z2-7]{6}$/],
    ['Анна', /^anna-[a-z2-7]{6}$/],
    ['!!!', /^person-[a-z2-7]{6}$/],
    ['../../etc', /^etc-[a-z2-7]{6}$/],
    ['x'.repeat(200), /^x{40}-[a-z2-7]{6}$/],
  ])('%s becomes a subject that CompreFace keeps as it is', (name, pattern) => {
    const subject = makeSubject(name);
    expect(subject).toMatch(pattern);
    expect(isOwnSubject(subject)).toBe(true);
  });

  it('gives two persons of one name two subjects', () => {
    expect(makeSubject('Ann')).not.toBe(makeSubject('Ann'));
  });

  it('is compared without case and without the way its accents are written', () => {
    expect(nameKey(' ANN ')).toBe(nameKey('ann'));
    expect(foldName('Zoe\u0308')).toBe(foldName('ZO\u00cb'));
    expect(nameKey('Ann')).not.toBe(nameKey('Anne'));
  });
});
