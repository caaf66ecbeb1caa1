// Package tokenizer turns text into a language model's tokens and back: byte-
// level BPE as a Hugging Face tokenizer.json describes it, which is the layout
// of Llama 3's tokenizer and of those that this project trains.
//
// It is for byte-level BPE alone: no normalizers, no WordPiece, no Unigram. A
// file that asks for something else is refused, never read half.
package tokenizer
