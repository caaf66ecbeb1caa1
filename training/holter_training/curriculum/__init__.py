"""Trains the paper's model, or the shipped architecture in the paper's way.

samples     questions and answers about ECGs, from the JSON lines of a data set
ecgs        recordings as the encoder reads them
prompt      conversations as tokens, and which of them are to be learned
feed        batches, in an order that a resumed run takes up
encoders    the two kinds of encoder, used alike
adapter     LoRA beside the weights of a language model
model       encoder, connector, language model
contrast    ECGs against their reports, for the pre-training of the encoder
stages      which phase trains what on what
setup       a run: its preset, tokenizer and language model, checked against one another
release     the trained model in the layout that the exports read

python -m holter_training.curriculum --help
"""
