// Package webhook is the alerts' way over HTTP: the message, its signature, and
// a small receiver that checks both. The alerter sends with it; the demo and the
// tests receive with it, and whoever writes a receiver can read here how.
//
// A notification is a POST with a JSON body (Message) and the headers
//
//	X-Holter-Id         the notification's id; the same in every try of it
//	X-Holter-Attempt    1 for the first try
//	X-Holter-Timestamp  when this try was signed, seconds since the Unix epoch
//	X-Holter-Signature  sha256= and the HMAC-SHA256, in hexadecimal, of the
//	                    timestamp, a full stop and the body, under the secret
//
// The last two are there when a secret is configured. A receiver answers 2xx
// when it has the notification for good. The same id may come again, when the
// answer to an earlier try was lost: it is to be taken once.
//
// Whoever passes it on to people (an SMS gateway, a chat) finds it in words in
// title and text, and the strip as a PNG, in base64, in picture: at most some
// hundred kilobytes. A receiver that takes no such body answers 413 and gets the
// notification again at once, without the picture.
package webhook
