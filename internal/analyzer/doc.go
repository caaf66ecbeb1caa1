// Package analyzer turns signal into events: it reads sample chunks from Kafka,
// cuts them into windows, asks the model every patient's standing questions of
// each window, and stores what the answers localize.
//
// It holds no knowledge of ECG, of windows, of answers, of shapes or of stitching,
// which are pkg/ecg, pkg/window, pkg/model, pkg/morphology and pkg/localize; it is the
// order in which they are used, and what is written down when, so that every event is
// stored once.
//
// # Once, whatever fails
//
// The signal of a partition is worked on in steps. A step takes the chunks at
// hand, asks the model about the windows they complete, and then
//
//  1. writes the chunks that were refused to ecg.deadletter,
//  2. writes to ecg.progress, for each recording that moved on, what was
//     decided (events and windows) together with the state to go on from,
//  3. stores the events and windows in InfluxDB and sends them to ecg.events and
//     ecg.windows,
//  4. says in ecg.progress that all is stored, where a recording ended or fell
//     silent,
//  5. commits the offset of the oldest chunk that a restart would need.
//
// Nothing is decided twice: whoever takes a partition over reads its progress,
// repeats what was decided last (the same points, the same messages), and goes
// on from the state behind it. A stop between any two of the steps therefore
// neither loses an event nor stores a second one, also with a model that does
// not answer the same question alike twice. On ecg.events the same version of
// an event can arrive again, on ecg.windows the same window, and a refused chunk can be dead-lettered again.
//
// A failing model, broker or database is waited for: nothing is dropped, the
// partition stands still, and Ready is false meanwhile. What can never succeed
// is put aside: a chunk that cannot be read, or an event that InfluxDB refuses
// for good, goes to ecg.deadletter, and the recording's progress counts it.
//
// # In time
//
// A window of 10 s comes every 6 s, and a sample is known when its chunk is
// complete. Of signal that arrives as it is measured, 95 % of the versions of
// events are stored, after their last sample and beside the time that the model
// and the stores take, within 8.4 s with chunks of 0.1 s, 9.3 s with 1 s, 10.3 s
// with 2 s, 11.8 s with 5 s and 16.8 s with 10 s (at most 19 s). So 15 s are kept
// with chunks of up to 5 s; a device that has to be quick sends short ones.
//
// # ST segments
//
// Whatever is asked, the ST segments of every window are measured (pkg/ecg), and an
// episode of 100 µV for 60 s is an event of kind STE or STD, whether the model is
// asked for it or not. Where it is, what it locates and what is measured at the same
// time and in the same direction is one event, and only that is certain:
// Event.Evidence says so. If ST is asked for instead, which is either direction, the
// event is of kind ST. A measured episode becomes known 72 s after it has reached
// 100 µV, and is then known up to 12 s before the end of the newest window's core.
//
// # Beats
//
// What the model says of single beats is weighed with what it said of all beats of
// the same shape in the recording so far (pkg/morphology): the answers that are kept
// and told of are the weighed ones. What is known of the shapes is part of the state,
// and goes with the recording from one analyzer to the next.
//
// # Questions of people
//
// Beside, it answers what people ask about the signal of its patients: package
// questions.
//
// # Standing questions
//
// A standing question is a condition's code, a localization question, or any
// other question. The answers to the first two become events of the condition's
// kind. The answer to any other is kept whole, as an event of kind NOTE that
// spans the window it was asked of.
package analyzer
