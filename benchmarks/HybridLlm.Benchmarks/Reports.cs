namespace HybridLlm.Benchmarks;

/// <summary>Where committed reports lie.</summary>
internal static class Reports
{
    public static string Folder
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "HybridLlm.sln")))
            {
                folder = folder.Parent!;
            }

            return Path.Combine(folder.FullName, "benchmarks", "HybridLlm.Benchmarks", "Results");
        }
    }
}
