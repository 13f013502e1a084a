// Loaded before a program of the fault suite: its wall clock is off by STACYVM_FAULTS_CLOCK_OFFSET_MS. Timers are not.
const offsetMs = Number(process.env.STACYVM_FAULTS_CLOCK_OFFSET_MS ?? 0);
const RealDate = globalThis.Date;

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + offsetMs);
    else super(...parts);
  }

  static now() {
    return RealDate.now() + offsetMs;
  }
};
