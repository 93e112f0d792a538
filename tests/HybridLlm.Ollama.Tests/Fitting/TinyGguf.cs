namespace HybridLlm.Ollama.Tests.Fitting;

/// <summary>GGUF files of any shape, made by <c>eng/tiny-gguf.py</c>.</summary>
internal static class TinyGguf
{
    public static Task<string> MakeAsync(string folder, int layers, int embedding) =>
        MakeAsync(folder, "--layers", $"{layers}", "--embedding", $"{embedding}");

    public static async Task<string> MakeAsync(string folder, params string[] shape)
    {
        var path = Path.Combine(folder, "tiny.gguf");
        await Command.RunAsync(
            RealTools.RequireOnPath("python3"),
            [Repository.PathOf("eng", "tiny-gguf.py"), path, .. shape]
        );
        return path;
    }
}
