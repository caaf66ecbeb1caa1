"""Builds questions and answers about ECGs, after the anyECG data set, from the recordings that one has.

python -m holter_training.anyecg --data DIR --out DIR
"""
