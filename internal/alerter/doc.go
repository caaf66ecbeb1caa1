// Package alerter tells people what matters: it reads ecg.events, ecg.windows,
// ecg.status, ecg.progress and ecg.commands, applies the rules, publishes alerts to
// ecg.alerts, and notifies people, webhooks and notification services.
//
// What was read, what the rules remember, and what is still to be published
// and told are changed together, in one transaction for each batch of messages
// of a partition (package state), which goes to the compacted topic ecg.alerter
// before anybody is told. The offsets of that transaction decide where reading
// goes on; those committed to the consumer group follow them. So a crash at any
// point neither loses an alert nor raises it twice, and alerters need no disk:
// whichever member of the group gets a partition reads its state and goes on with
// its open alerts, escalations and pending notifications. A member that leaves
// hands over at once, one that is killed is missed after six seconds.
//
// An alert may be published twice and a notification sent twice when the crash
// falls between the answer and the note of it: both carry an id by which the
// second is known. While Kafka does not answer, changes wait for it in memory and
// people are told all the same. A process that was suspended for longer than it
// takes to be missed may, when it wakes, write one more batch before it learns
// that its partitions are another's.
//
// People decide about alerts by messages on ecg.commands (package desk), be it
// from the command line or by an acknowledge link (package link).
package alerter
