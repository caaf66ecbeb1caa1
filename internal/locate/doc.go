// Package locate answers questions about stretches of recordings: one question
// of a person, or a whole file of them in the format of the localization tests.
//
// It finds and cuts the signal and keeps order; the answering is the model's,
// the scoring package eval's.
package locate
