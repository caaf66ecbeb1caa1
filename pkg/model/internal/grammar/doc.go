// Package grammar is the set of texts that answer a localization question, as
// an automaton over bytes that a decoder of any vocabulary can be held to:
//
//	No Premature ventricular contraction Found
//	Duration: 1.9s-3.1s, 6.8s-8.1s
//
// Times have one decimal, spans end after they start, follow each other in
// order, and end within the clip. A vocabulary finds the tokens that keep an
// answer readable, and among them those from which it can still be finished
// with the tokens that are left.
package grammar
