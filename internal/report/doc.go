// Package report writes what is known of a period of one patient for people to
// read: HTML in one file, PDF on A4, or the numbers as JSON.
//
// The numbers are those of package summary. Every line of the report that rests on
// the signal names the strip that shows it, drawn as on ECG paper from the archive.
// The report says what was not recorded, not analysed and not asked for, and what
// is known of the model's failures, from the file limits.json of its folder.
//
// HTML and PDF are two forms of one document: what is in it is decided once.
package report
