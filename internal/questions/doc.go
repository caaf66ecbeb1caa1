// Package questions lets people ask the model about a patient's signal: an Asker
// sends a question, the Answerer of the analyzer that has the patient answers it,
// both through Kafka.
//
// A question goes to the patient's partition of ecg.questions, which has the number
// of that of ecg.samples: whoever analyses the one answers the other. The answer
// comes in parts on ecg.answers, which the asker reads from where it ended before
// it asked. An analyzer says at once that it has taken a question, so that nobody
// there and slow are told apart. It answers one question at a time, a minute of
// signal at a time, in the batches of the standing questions: those go on. Up to
// eight questions wait; a further one is refused.
//
// # Signal
//
// What the folder of the archive holds (archive.folder) is read there. What is newer
// than that, about a second, is read from the analyzer's own partition of
// ecg.samples: it knows where the last thousand chunks of each of its patients are.
// An analyzer on a machine without the archive therefore answers about those alone,
// and says so.
//
// Signal becomes clips as holter locate makes them (window.FromRecording, a second
// to either side taken along). A gap longer than window.max_gap divides a strip:
// localization questions are asked of all its stretches, others of the longest. The
// answer tells which signal the model was shown, and what of the strips was left out
// (Answer.LeftOut): what has not come yet is not waited for.
//
// # Answers
//
// A question where something is, is asked of each strip by itself, in pieces of a
// minute whose cores partition it. Any other is asked about all strips at once, with
// the turns before it, after a sentence that says how far apart they were recorded;
// its answer is given while it is written. What the model says that it was not
// trained to answer stays so.
//
// # Conversations
//
// No process keeps a conversation. A question that follows carries the turns before
// it; over HTTP they are in the conversation's id, which any process can go on with.
package questions
