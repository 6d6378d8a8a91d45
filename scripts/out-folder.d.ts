export function emptied(folder: string, mark: string, project?: string): string;
