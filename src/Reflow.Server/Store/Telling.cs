namespace Reflow.Server.Store;

/// <summary>
/// Lets callers whose answers came together go on, on threads of the pool. They line up for each processor one by one: all at once they would stand in the pool's line before everything else, and so
/// before what the next group of calls sends, because the driver of PostgreSQL sends batches from there.
/// </summary>
static class Telling
{
    /// <summary>Begins to tell each of them, which does not throw.</summary>
    public static void Begin<T>(IEnumerable<T> callers, Action<T> tell)
    {
        var line = new Line<T>([.. callers], tell);
        for (var thread = 0; thread < Environment.ProcessorCount; thread++) line.GoOn();
    }

    sealed class Line<T>(T[] callers, Action<T> tell) : IThreadPoolWorkItem
    {
        int lined, told;

        public void GoOn()
        {
            if (Interlocked.Increment(ref lined) <= callers.Length) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        // Whatever this one does then holds up nobody.
        void IThreadPoolWorkItem.Execute()
        {
            GoOn();
            tell(callers[Interlocked.Increment(ref told) - 1]);
        }
    }
}
