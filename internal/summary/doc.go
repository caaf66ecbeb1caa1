// Package summary adds up a period of one patient: how much was recorded and
// analysed, heart rate, burdens, patterns of beats, pauses, rhythms, ST episodes,
// symptoms, alerts and reviews. It draws nothing and writes nothing.
//
// # What counts
//
// Denominators are what was analysed: the own parts of analysed windows and the
// beats in them. A window belongs to the period, and the hour, in which it begins.
// Where two devices record at once, the one that began earlier counts until it
// stops; beats and intervals of the other are left out meanwhile.
//
// An event that a clinician has rejected counts nowhere; one that was relabelled
// counts as its new kind. The beats stay in the denominators.
//
// A beat belongs to the period and the hour of its own time. A pattern of beats
// belongs, whole, to the period in which it begins, so that a run over midnight is
// one run; for that, beats up to [Context] outside the period are looked at. An
// episode of a rhythm or of an ST change is cut to the period.
//
// # Intervals
//
// Lowest and highest heart rate, pauses, and what lies between two premature beats
// come from the archived signal, with the detector of pkg/ecg. Where it is no longer
// there they are absent, and patterns rest on what the analysis has stored of the
// beats. A stretch of a second or more in which no lead changes or has
// contact is no interval.
package summary
