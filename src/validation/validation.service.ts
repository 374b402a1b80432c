import { Injectable } from '@nestjs/common';
import { coefficientsOf } from '../compreface/similarity.js';
import { EmbeddingBackfill } from '../persons/embeddings/embedding-backfill.js';
import type { ValidationReport } from './dto/validation-report.dto.js';
import { FormulaCheck } from './formula-check.js';
import { type KeptReport, personIdsInReport, withNames } from './kept-report.js';
import { measurePerson } from './measuring.js';
import { PersonNameLookup } from './person-names.js';
import { Slices } from './slices.js';
import { StoredEmbeddings } from './stored-embeddings.js';
import { notMeasured, toKeptReport } from './validation-report.js';

/** False matches that a recommended threshold allows, per cent, unless somebody asks for another rate. */
export const DEFAULT_TARGET_FMR = 0.1;

/** Measures one person from stored embeddings, with CompreFace's own formula. Never writes to the collection. */
@Injectable()
export class ValidationService {
  constructor(
    private readonly embeddings: StoredEmbeddings,
    private readonly backfill: EmbeddingBackfill,
    private readonly formula: FormulaCheck,
    private readonly names: PersonNameLookup,
  ) {}

  /** `checkHeld` is called again and again, and throws when the work is to stop. What comes back is made to be kept: `show` names people. */
  async measure(personId: number, checkHeld: () => void): Promise<KeptReport> {
    const calculator = await this.calculatorFor(personId, checkHeld);
    const thresholds = await this.embeddings.thresholds();
    const targetFmr = DEFAULT_TARGET_FMR;
    if (calculator === null) return notMeasured('no_embeddings', null, { ...thresholds, targetFmr });
    const coefficients = coefficientsOf(calculator);
    if (!coefficients) return notMeasured('unknown_calculator', calculator, { ...thresholds, targetFmr });
    const collection = await this.embeddings.load(calculator, checkHeld);
    const options = { coefficients, thresholds, targetFmr, slices: new Slices(checkHeld) };
    const measured = await measurePerson(collection, personId, options);
    if (!measured) return notMeasured('no_embeddings', calculator, { ...thresholds, targetFmr });
    return toKeptReport(measured, {
      calculator,
      targetFmr,
      formula: await this.formula.run(calculator, checkHeld),
    });
  }

  /** A report that was kept as JSON, with the names that people have now; the empty name for one who is gone. */
  async show(kept: string): Promise<ValidationReport> {
    const report = JSON.parse(kept) as KeptReport;
    return withNames(report, await this.names.find(personIdsInReport(report)));
  }

  /** The engine's, with embeddings made where they are missing; while it is away the one that most of the person's faces have. */
  private async calculatorFor(personId: number, checkHeld: () => void): Promise<string | null> {
    const current = await this.backfill.currentCalculator();
    if (current !== null) {
      await this.backfill.fill(current, { personId, checkHeld });
      if (await this.embeddings.has(personId, current)) return current;
    }
    return this.embeddings.mostUsedCalculator(personId);
  }
}
