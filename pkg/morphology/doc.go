// Package morphology holds what a model says of single beats against the shapes of
// all beats of the same recording, and against its rhythm before.
//
// Beats of one shape in one person are of one class. Programs for ambulatory ECG
// have long used that (Krasteva and Jekova, Ann Biomed Eng 2007;35:2065; Hamilton,
// Computers in Cardiology 2002;29:101): a beat is compared with running templates by
// normalized cross-correlation, and the template is classified rather than the beat.
// Here the model classifies, window by window, and the templates pool what it says:
// ten beats that are each more likely ventricular than not are surely so, and so is
// the eleventh of their shape, whatever the model thinks of it alone.
//
// # Templates
//
// A beat's shape is the 320 ms around its R peak in every lead, without each lead's
// mean, divided by the root of the sum of its squares. It belongs to the template
// that it correlates best with, shifted by up to 40 ms, if that correlation is 0.93
// or more and the sizes differ by less than a factor of 1.6; else it begins one. A
// template follows its beats (a tenth of each new one). There are at most 32; the one
// of fewest beats gives way. Their counts fade with a half-life of 14,000 beats, so
// that what was stuck on yesterday does not speak today.
//
// # Decision
//
// Let v be the log odds that the model gives for a ventricular beat, n the beats of
// its template (itself included), m the mean log odds of the others,
// s = (n-1)/(n+3) the trust in the template, and q the mean of 1-s over the beats
// of the last ten seconds: how little shapes repeat here, which tells noise. Then
// the odds are
//
//	v + g·(m - v + 2.4 - 6·w) - (9 - 6·s)·max(q-0.2, 0)
//
// with g = s·(2 - q/0.3), the second factor kept within 0 and 1, and w between 1
// and 0 as the template's correlation with the normal one falls from 1 to 0.85. The
// normal template is the most frequent that the model does not call ventricular.
// Of a template that the model calls a bundle branch block or paced rather than
// ventricular the 2.4 is left out; of all templates where the normal one is paced,
// since there the person's own beats are unlike it. So a shape unlike the normal one
// needs less evidence and one like it more; in noise templates do not speak, and a beat
// needs more, the more so if its shape is a lone one.
//
// The numbers 2.4, 6, 9, 6 and 0.3 were chosen on a grid with the answers of models that
// had not seen the people: three groups of mitdb, each by itself, two people of each with
// noise at 12 and 6 dB, and 400 normal home recordings.
//
// # Tachycardia
//
// In ten seconds of a fast rhythm nothing tells a supraventricular tachycardia from
// a fast sinus rhythm: it is told by its abrupt begin (Page et al., 2015 ACC/AHA/HRS
// guideline for supraventricular tachycardia, Circulation 2016;133:e506, table 2).
// After a regular rhythm (the median deviation of its last intervals, 8 to 30, is less
// than 6 % of their median) beats that follow each other in less than 80 % of that
// median and in less than 0.6 s, and none of which the model calls ventricular, make a
// run. If it has three beats, they are premature atrial beats with the greatest log odds
// that the model gives for one of them; a fourth and a fifth add 1 each, and noise takes
// 10·max(q-0.2, 0) away.
//
// The numbers were chosen on mitdb, of whose 22 records without pacemaker two have
// such runs.
//
// The package reads no files and asks no model.
package morphology
