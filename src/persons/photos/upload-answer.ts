import { DomainError, type ErrorCode } from '../../errors/domain-error.js';
import { fieldError } from '../../errors/validation.js';
import type { FileVerdict, UploadAnswer } from '../dto/face.dto.js';
import type { Face } from '../entities/face.entity.js';
import { toBoxRecord, toFaceRecord } from '../face-record.js';
import type { Box } from './photo-image.js';
import type { Verdict } from './photo-intake.js';

/** No photo is wider: 64 megapixels, and JPEG ends at 65,535. */
const PIXELS = /^\s*\d{1,6}(?:\.\d{1,6})?\s*$/;

/** Reads `x_min,y_min,x_max,y_max`, also with spaces or as a JSON list. Throws `VALIDATION_ERROR`. */
export function parseBox(text: string | undefined, fileCount: number): Box | null {
  if (fileCount === 0) throw fieldError('files', 'send 1 to 100 images in the multipart field "files"');
  if (text === undefined || text.trim() === '') return null;
  const box = readCorners(text);
  if (!box) throw fieldError('box', 'must be x_min,y_min,x_max,y_max in pixels, the first two smaller', text);
  if (fileCount > 1) throw fieldError('box', 'chooses a face in one photo: send one file with it');
  return box;
}

function readCorners(text: string): Box | null {
  const corners = text.replace(/^\s*\[|\]\s*$/g, '').split(',');
  if (corners.length !== 4 || !corners.every((corner) => PIXELS.test(corner))) return null;
  const [xMin = 0, yMin = 0, xMax = 0, yMax = 0] = corners.map((corner) => Math.round(Number(corner)));
  return xMax > xMin && yMax > yMin ? { xMin, yMin, xMax, yMax } : null;
}

/** 201, 200 or 202; throws when not one face was kept. */
export function uploadStatus(verdicts: readonly Verdict[]): number {
  const kept = verdicts.filter(({ status }) => status === 'accepted');
  if (kept.some(({ code }) => code !== 'DUPLICATE')) return 201;
  if (verdicts.some(({ status }) => status === 'pending')) return 202;
  if (kept.length > 0) return 200;
  throw nothingKept(verdicts);
}

export function uploadAnswer(verdicts: readonly Verdict[], faces: readonly Face[]): UploadAnswer {
  const count = (status: Verdict['status']): number => verdicts.filter((verdict) => verdict.status === status).length;
  return {
    files: verdicts.map(toFileVerdict),
    faces: faces.map(toFaceRecord),
    total: verdicts.length,
    accepted: count('accepted'),
    rejected: count('rejected'),
    pending: count('pending'),
  };
}

function nothingKept(verdicts: readonly Verdict[]): DomainError {
  const details = { files: verdicts.map(toFileVerdict) };
  const [first] = verdicts;
  const message =
    verdicts.length === 1 && first
      ? first.message
      : `None of the ${verdicts.length} files could be kept: see details.files`;
  return new DomainError(commonCode(verdicts), message, details);
}

/** The whole request is 413, 415 or 507 when that is what is wrong with each file. */
function commonCode(verdicts: readonly Verdict[]): ErrorCode {
  const codes = new Set(verdicts.map(({ code }) => code));
  const [only] = codes;
  return codes.size === 1 && isErrorOfRequest(only) ? only : 'INSUFFICIENT_DATA';
}

function isErrorOfRequest(code: unknown): code is ErrorCode {
  return code === 'PAYLOAD_TOO_LARGE' || code === 'UNSUPPORTED_MEDIA_TYPE' || code === 'INSUFFICIENT_STORAGE';
}

function toFileVerdict(verdict: Verdict): FileVerdict {
  const { file, status, faceId, code, message, boxes } = verdict;
  return { file, status, face_id: faceId, code, message, ...(boxes?.length ? { boxes: boxes.map(toBoxRecord) } : {}) };
}
