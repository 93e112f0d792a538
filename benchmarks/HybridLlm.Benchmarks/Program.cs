// Runs the benchmark classes of this assembly.
return 0;
