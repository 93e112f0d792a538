namespace HybridLlm.Ollama.Tests.Fitting;

/// <summary>GGUF files of any shape, made by <c>eng/tiny-gguf.py</c>.</summary>
internal static class TinyGguf
{
    public static async Task<string> MakeAsync(string folder, int layers, int embedding)
    {
        var path = Path.Combine(folder, $"tiny-{layers}-{embedding}.gguf");
        await Command.RunAsync(
            RealTools.RequireOnPath("python3"),
            Repository.PathOf("eng", "tiny-gguf.py"),
            path,
            "--layers",
            $"{layers}",
            "--embedding",
            $"{embedding}"
        );
        return path;
    }
}
