// Package rhythm names the patterns that premature beats of one kind make:
// single beats, couplets, triplets, runs, bigeminy and trigeminy. It works on
// beats that were found elsewhere and reads nothing.
//
// # Definitions
//
// Two beats are in a row when no other beat lies between them and they are at
// most a largest interval apart ([MaxInterval] by default; a longer one is a
// pause, whatever the beats' kind).
//
//	single     one beat in a row
//	couplet    two
//	triplet    three
//	run        four or more
//	bigeminy   single beats, three or more, with exactly one other beat between each two
//	trigeminy  the same with exactly two others
//
// Two premature beats make no rhythm, hence three; the rhythms are those of the
// MIT-BIH Arrhythmia Database, "(B" and "(T". Every beat belongs to exactly one
// pattern, so the beats of all patterns add up to the beats of the kind.
//
// # Ventricular tachycardia
//
// Three ventricular beats or more in a row faster than 100/min, that is a
// triplet or a run; sustained when it lasts 30 s or longer, from its first beat
// to its last: Al-Khatib et al., 2017 AHA/ACC/HRS guideline for management of
// patients with ventricular arrhythmias, Circulation 2018;138:e272, table 4.
// (That a shorter one is sustained too when the patient had to be treated at
// once cannot be told from the signal.)
//
// # At once and as beats come
//
// Appending a beat changes only the last pattern, and the single beats just
// before it, which may turn out to be the begin of a bigeminy or trigeminy. What
// was found before stays, so who sees beats as they come keeps the newest and
// calls [Patterns] again.
package rhythm
