// Package model answers questions about ECGs with a language model that reads
// ECGs: a folder with a manifest, a tokenizer and three ONNX graphs (encoder
// with connector, token embeddings, language model with key-value cache).
//
//	m, err := model.Open("models/default", model.Options{Device: "cpu"})
//	answers, err := m.Ask(ctx, []model.Request{model.Localize(question, clip)})
//
// Questions where something is (package localize) are answered under a grammar:
// the answer can always be read, and comes as spans of time with a confidence.
// Other questions get free text. An answer takes several clips, of any length,
// and earlier turns of the conversation into account.
//
// Decoding is greedy: the same questions in the same batches get the same
// answers. A question's answer does not depend on the others in its batch
// except through rounding (about 1e-5 of a logit).
//
// # Devices
//
// On cuda and webgpu, Open first answers a question with a record of every
// node that runs, and reads from it where each ran. All matrix products,
// convolutions and attention must have run on the device, or Open fails; small
// integer work on shapes and indices may stay on the CPU, where the runtime
// puts it on purpose (which is why its switch against any CPU node is of no
// use). Info.Placement gives the counts. A missing driver, library or provider
// is an error of Open too: nothing falls back in silence. Keys and values pass
// through the host's memory after each token, so a GPU pays for models much
// larger than the default one.
//
// The package trains nothing and knows no wearables, windows in a stream, or
// events; it never fetches anything. The ONNX Runtime library must be present
// (make onnxruntime).
package model
